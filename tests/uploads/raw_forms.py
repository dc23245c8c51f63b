"""Parts of workbooks written by hand: what the libraries cannot write, and Excel and other programs do."""

import io
import zipfile
from collections.abc import Mapping

STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE_2010 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
REFERENCE = "http://schemas.microsoft.com/office/excel/2006/main"
PERSON, THREAD = "{54EE7950-7262-4200-6969-000000000001}", "{54EE7950-7262-4200-6969-000000000002}"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'


def strict_parts() -> dict[str, bytes]:
    """A workbook in the format's strict form, with a prefix before every tag."""
    sheet = f"""{HEAD}<x:worksheet xmlns:x="{STRICT}" xmlns:r="{STRICT_RELATIONS}"
 xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x14ac xr"
 xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"
 xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision" xr:uid="{{00000000-0001-0000-0000-000000000000}}">
<x:dimension ref="A1:D9"/><x:sheetViews><x:sheetView workbookViewId='0' tabSelected="1"/></x:sheetViews>
<x:sheetFormatPr defaultRowHeight="15" x14ac:dyDescent="0.25"/>
<x:cols><x:col min="2" max="2" width="20" style="1" customWidth="1"/></x:cols>
<x:sheetData><!-- a comment with <x:c r="B2"> in it -->
<x:row r="1" spans="1:4"><x:c r="A1" t="s"><x:v>0</x:v></x:c><x:c t="inlineStr"><x:is><x:t>Count</x:t></x:is></x:c></x:row>
<x:row r="2" spans="1:4" x14ac:dyDescent='0.25'><x:c r='B2' s='2' t="s" ><x:v>1</x:v></x:c><x:c r="D2"><x:f t="shared" ref="D2:D3" si="0">B2*2</x:f><x:v>0</x:v></x:c></x:row>
<x:row><x:c/><x:c s="2"/><x:c r="D3"><x:f t="shared" si="0"/><x:v>0</x:v></x:c></x:row>
<x:row r="5"><x:c r="D5"><x:f t="array" ref="D5">SUM(B2:B3*1)</x:f><x:v>0</x:v></x:c></x:row>
<x:row r="7" s="3" customFormat="1"><x:c r="B7" s="3"><x:extLst><x:ext uri="{{0}}"/></x:extLst></x:c><x:c r="C7" s="3"/></x:row>
<x:row r="8"/>
</x:sheetData>
<x:sheetProtection sheet="1" objects="1"/><x:mergeCells count="1"><x:mergeCell ref="B7:C7"/></x:mergeCells>
<x:dataValidations count="1"><x:dataValidation type="whole" operator="between" showErrorMessage="1" sqref="B3 B4"><x:formula1>0</x:formula1><x:formula2>10</x:formula2></x:dataValidation></x:dataValidations>
<x:pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>
<x:extLst><x:ext uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}" xmlns:x14="{OFFICE_2010}"><x14:dataValidations xmlns:xm="{REFERENCE}" count="1"><x14:dataValidation type="list" allowBlank="1" showErrorMessage="1"><x14:formula1><xm:f>'The lists'!$A$1:$A$3</xm:f></x14:formula1><xm:sqref>C2:C5</xm:sqref></x14:dataValidation></x14:dataValidations></x:ext></x:extLst>
</x:worksheet>"""  # noqa: E501 - as programs write it, and as it was sent
    lists = (
        f'<x:worksheet xmlns:x="{STRICT}"><x:sheetData>'
        + "".join(
            f'<x:row r="{row}"><x:c r="A{row}" t="inlineStr"><x:is><x:t>{word}</x:t></x:is></x:c></x:row>'
            for row, word in enumerate(("Green", "Amber", "Red"), start=1)
        )
        + "</x:sheetData></x:worksheet>"
    )
    book = (
        f'{HEAD}<x:workbook xmlns:x="{STRICT}" xmlns:r="{STRICT_RELATIONS}" conformance="strict"><x:workbookPr/>'
        '<x:bookViews><x:workbookView/></x:bookViews><x:sheets><x:sheet name="Data" sheetId="7" r:id="rId1"/>'
        '<x:sheet name="The lists" sheetId="3" state="veryHidden" r:id="rId2"/></x:sheets></x:workbook>'
    )
    styles = (
        f'{HEAD}<styleSheet xmlns="{STRICT}"><fonts count="1"><font><sz val="11"/><name val="Arial"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
        '</fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        + '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0"><protection locked="0"/></xf>'
        + '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"><protection locked="0"/></xf>' * 2
        + "</cellXfs></styleSheet>"
    )
    texts = f'<sst xmlns="{STRICT}" count="2" uniqueCount="2"><si><t>Ward</t></si><si><t>type here</t></si></sst>'
    parts = {
        "[Content_Types].xml": _types(
            {
                "xl/workbook.xml": f"{SHEET_TYPE}sheet.main+xml",
                "xl/worksheets/sheet1.xml": f"{SHEET_TYPE}worksheet+xml",
                "xl/worksheets/sheet2.xml": f"{SHEET_TYPE}worksheet+xml",
                "xl/styles.xml": f"{SHEET_TYPE}styles+xml",
                "xl/sharedStrings.xml": f"{SHEET_TYPE}sharedStrings+xml",
            }
        ),
        "_rels/.rels": _relations({"rId1": (f"{STRICT_RELATIONS}/officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": _relations(
            {
                "rId1": (f"{STRICT_RELATIONS}/worksheet", "/xl/worksheets/sheet1.xml"),
                "rId2": (f"{STRICT_RELATIONS}/worksheet", "worksheets/sheet2.xml"),
                "rId3": (f"{STRICT_RELATIONS}/styles", "styles.xml"),
                "rId4": (f"{STRICT_RELATIONS}/sharedStrings", "sharedStrings.xml"),
            }
        ),
        "xl/worksheets/sheet1.xml": sheet,
        "xl/worksheets/sheet2.xml": lists,
        "xl/styles.xml": styles,
        "xl/sharedStrings.xml": texts,
    }
    return {name: part.encode() for name, part in parts.items()}


def _types(overrides: Mapping[str, str]) -> str:
    told = "".join(f'<Override PartName="/{part}" ContentType="{kind}"/>' for part, kind in overrides.items())
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="rels" ContentType="{relations}"/>{told}</Types>'
    )


def _relations(relations: Mapping[str, tuple[str, str]]) -> str:
    told = "".join(
        f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>' for key, (kind, target) in relations.items()
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{told}</Relationships>'


def with_more_parts(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """A workbook of one tracked table, with a pivot of it and other parts that only Excel writes."""
    source = '<cacheSource type="worksheet"><worksheetSource ref="A1:B4" sheet="Tracker"/></cacheSource>'
    wards = ("Boscombe", "Westbourne", "Littlemoor")
    shared = "".join(f'<s v="{ward}"/>' for ward in wards)
    more = {
        "xl/pivotCache/pivotCacheDefinition1.xml": f'{HEAD}<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{RELATIONS}" '
        f'r:id="rId1" recordCount="3">{source}<cacheFields count="2"><cacheField name="Ward"><sharedItems count="3">'
        f'{shared}</sharedItems></cacheField><cacheField name="Cost"><sharedItems containsString="0" '
        'containsBlank="1" containsNumber="1"/></cacheField></cacheFields></pivotCacheDefinition>',
        "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels": _relations(
            {"rId1": (f"{RELATIONS}/pivotCacheRecords", "pivotCacheRecords1.xml")}
        ),
        "xl/pivotCache/pivotCacheRecords1.xml": f'<pivotCacheRecords xmlns="{MAIN}" count="3">'
        + "".join(f'<r><x v="{number}"/><m/></r>' for number in range(3))
        + "</pivotCacheRecords>",
        "xl/pivotTables/pivotTable1.xml": f'<pivotTableDefinition xmlns="{MAIN}" name="PivotTable1" cacheId="1" '
        'dataCaption="Values"><location ref="A3:B7" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/>'
        '<pivotFields count="2"><pivotField axis="axisRow" showAll="0"><items count="4"><item x="0"/><item x="1"/>'
        '<item x="2"/><item t="default"/></items></pivotField><pivotField dataField="1" showAll="0"/></pivotFields>'
        '<rowFields count="1"><field x="0"/></rowFields><dataFields count="1"><dataField name="Sum" fld="1"/>'
        "</dataFields></pivotTableDefinition>",
        "xl/pivotTables/_rels/pivotTable1.xml.rels": _relations(
            {"rId1": (f"{RELATIONS}/pivotCacheDefinition", "../pivotCache/pivotCacheDefinition1.xml")}
        ),
        "xl/worksheets/_rels/sheet2.xml.rels": _relations(
            {"rId1": (f"{RELATIONS}/pivotTable", "../pivotTables/pivotTable1.xml")}
        ),
        "xl/threadedComments/threadedComment1.xml": "<ThreadedComments "
        'xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"><threadedComment ref="B1" '
        f'dT="2025-07-01T09:00:00.00" personId="{PERSON}" id="{THREAD}"><text>Why?</text></threadedComment>'
        "</ThreadedComments>",
        "xl/persons/person.xml": "<personList "
        'xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"><person displayName="Ann" '
        f'id="{PERSON}" userId="ann" providerId="None"/></personList>',
        "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{MAIN}" xmlns:r="{RELATIONS}"><externalBook '
        'r:id="rId1"><sheetNames><sheetName val="Budget"/></sheetNames></externalBook></externalLink>',
        "xl/externalLinks/_rels/externalLink1.xml.rels": _relations(
            {"rId1": (f"{RELATIONS}/externalLinkPath", "Budget%202025.xlsx")}
        ).replace("/></", ' TargetMode="External"/></'),
        "xl/calcChain.xml": f'{HEAD}<calcChain xmlns="{MAIN}"><c r="C2" i="1" l="1"/><c r="C3"/><c r="C4"/><c r="E1"/>'
        '<c r="E2"/></calcChain>',
        "customXml/item1.xml": "<form xmlns='urn:form'><edition>2025/26</edition></form>",
        "xl/printerSettings/printerSettings1.bin": "\0\1\2\3",
    }
    told = {
        "[Content_Types].xml": (
            "</Types>",
            '<Default Extension="bin" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.'
            'printerSettings"/>'
            + "".join(
                f'<Override PartName="/{part}" ContentType="{kind}"/>'
                for part, kind in {
                    "xl/pivotCache/pivotCacheDefinition1.xml": f"{SHEET_TYPE}pivotCacheDefinition+xml",
                    "xl/pivotCache/pivotCacheRecords1.xml": f"{SHEET_TYPE}pivotCacheRecords+xml",
                    "xl/pivotTables/pivotTable1.xml": f"{SHEET_TYPE}pivotTable+xml",
                    "xl/externalLinks/externalLink1.xml": f"{SHEET_TYPE}externalLink+xml",
                    "xl/calcChain.xml": f"{SHEET_TYPE}calcChain+xml",
                    "xl/threadedComments/threadedComment1.xml": "application/vnd.ms-excel.threadedcomments+xml",
                    "xl/persons/person.xml": "application/vnd.ms-excel.person+xml",
                }.items()
            )
            + "</Types>",
        ),
        "xl/_rels/workbook.xml.rels": (
            "</Relationships>",
            f'<Relationship Id="rIdP" Type="{RELATIONS}/pivotCacheDefinition" '
            'Target="pivotCache/pivotCacheDefinition1.xml"/>'
            f'<Relationship Id="rIdE" Type="{RELATIONS}/externalLink" Target="externalLinks/externalLink1.xml"/>'
            f'<Relationship Id="rIdC" Type="{RELATIONS}/calcChain" Target="calcChain.xml"/>'
            '<Relationship Id="rIdN" Type="http://schemas.microsoft.com/office/2017/10/relationships/person" '
            'Target="persons/person.xml"/></Relationships>',
        ),
        "xl/workbook.xml": (
            '<calcPr calcId="124519" fullCalcOnLoad="1"/>',
            '<externalReferences><externalReference r:id="rIdE"/></externalReferences><definedNames><definedName '
            'name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">Tracker!$I$1:$J$3</definedName></definedNames>'
            '<calcPr calcId="191029" calcMode="manual"/><pivotCaches><pivotCache cacheId="1" r:id="rIdP"/>'
            '</pivotCaches><extLst><ext uri="{140A7094-0E35-4892-8432-C4D2E57EDEB5}" xmlns:x15="http://schemas.'
            'microsoft.com/office/spreadsheetml/2010/11/main"><x15:workbookPr chartTrackingRefBase="1"/></ext>'
            "</extLst>",
        ),
        "xl/worksheets/_rels/sheet1.xml.rels": (
            "</Relationships>",
            '<Relationship Id="rIdT" Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment" '
            'Target="../threadedComments/threadedComment1.xml"/></Relationships>',
        ),
    }
    changed = dict(parts)
    for name, (old, new) in told.items():
        before = changed[name].decode()
        if name == "xl/workbook.xml":
            start, end = before.find("<definedNames>"), before.find("</definedNames>")
            before = before if start < 0 else before[:start] + before[end + len("</definedNames>") :]
        assert old in before, name
        changed[name] = before.replace(old, new).encode()
    return changed | {name: part.encode() for name, part in more.items()}


class _Pipe(io.RawIOBase):
    """Somewhere to write to that nobody can go back in, as a program has that sends a file while it makes it."""

    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]  # any buffer
        self.written += data
        return len(data)


def zipped_oddly(parts: Mapping[str, bytes]) -> bytes:
    """An archive with sizes after the bytes, parts that are not packed, folders, further fields, and a comment."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        for number, (name, content) in enumerate(parts.items()):
            entry = zipfile.ZipInfo(name, (2019, 3, 4, 5, 6, 8))
            entry.compress_type = zipfile.ZIP_STORED if number % 3 == 0 else zipfile.ZIP_DEFLATED
            entry.extra = b"UT\x05\x00\x03\x00\x00\x00\x00"
            entry.comment = b"a part" if number % 2 else b""
            entry.create_system = number % 2 * 3
            with archive.open(entry, "w", force_zip64=number % 4 == 1) as part:
                part.write(content)
        archive.writestr(zipfile.ZipInfo("xl/media/"), b"")
        archive.comment = b"made by a program"
    return bytes(pipe.written)

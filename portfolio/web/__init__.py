"""HTTP's furniture: who may enter, forms, filters, headers and error pages."""

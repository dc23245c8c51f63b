"""HTTP's furniture: who may enter, the session of a request, forms, filters, headers and error pages."""

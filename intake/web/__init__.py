"""The console: web pages for people at the desk, one module a page, over the desk's acts and the store's readings."""

"""One file a language; each exports one `LANGUAGE`. See docs/COOKBOOK.md."""

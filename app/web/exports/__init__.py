"""What readers take with them: lists and stories in other formats, one module a format."""

"""Documents: files in, segments out, the same files with other texts back. One module per format."""

"""The processes: native messaging host, captioning of files."""

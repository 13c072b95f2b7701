"""The web page where people check the coding together: server-rendered, on this machine unless told otherwise."""

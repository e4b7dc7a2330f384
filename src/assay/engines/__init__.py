"""Bodies for the ports, one file a tool. Only casework/ picks one."""

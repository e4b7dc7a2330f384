"""What tests, benches and the demo build their material from: shipped with the program.

Everything here is made by the project's own words and code, the same bytes on every run; no
real document is copied. Nothing in this room reads a case or knows another room.
"""

"""What "ON-API 2.6" means: one check for each sentence of the standard that can be observed, against any server.

It knows the public standard, and no server's code.
"""

"""The commands of the trade contracts, made of the operations that the contracts declare.

A contract is one file in `contracts/`; every file there is found and adds its commands to their groups.
"""

"""The MSPs of the authorities and the roles that their and the banks' certificates may carry.

A role from any other MSP counts as none: a role is only as good as the certification authority that
signed it.
"""

from counterfoil_protocol.confidential import BANK, Role

REGULATOR = "RegulatorMSP"
PORT = "PortMSP"
AUTHORITIES = (REGULATOR, PORT)
"""Who endorses whatever touches `authority` or a bank's marks."""

REGULATOR_OFFICER = Role(REGULATOR, "regulator.officer")
REGULATOR_ORACLE = Role(REGULATOR, "regulator.oracle")
REGULATOR_AUDITOR = Role(REGULATOR, "regulator.auditor")
REGULATOR_RELAY = Role(REGULATOR, "regulator.relay")
CUSTOMS_ORACLE = Role(PORT, "customs.oracle")
TAX_ORACLE = Role(PORT, "tax.oracle")
PORT_ORACLE = Role(PORT, "port.oracle")
PORT_RELAY = Role(PORT, "port.relay")
BANK_OFFICER = Role(BANK, "bank.officer")
BANK_APPROVER = Role(BANK, "bank.approver")
BANK_AUDITOR = Role(BANK, "bank.auditor")

BANK_STAFF = (BANK_OFFICER, BANK_APPROVER, BANK_AUDITOR)
SUPERVISORS = (REGULATOR_OFFICER, REGULATOR_AUDITOR)

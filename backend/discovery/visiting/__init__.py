"""走访: households in force are looked at again in the cycle of their projects (DOMAIN §1.4 核查, §4.4 定期复核)."""

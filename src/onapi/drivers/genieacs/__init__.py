"""CPE that are managed by TR-069, as a GenieACS knows them."""

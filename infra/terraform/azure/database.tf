resource "azurerm_postgresql_flexible_server" "ledger" {
  count = var.database == null ? 0 : 1

  name                          = var.name
  resource_group_name           = azurerm_resource_group.pipeline.name
  location                      = azurerm_resource_group.pipeline.location
  version                       = var.database.version
  sku_name                      = var.database.sku
  storage_mb                    = var.database.storage_mib
  auto_grow_enabled             = true
  delegated_subnet_id           = var.database.delegated_subnet_id
  private_dns_zone_id           = var.database.private_dns_zone_id
  public_network_access_enabled = false
  backup_retention_days         = var.database.backup_days
  geo_redundant_backup_enabled  = true
  administrator_login           = "pipeline_owner"
  # Given at the creation and never kept in the state; changed by `az postgres flexible-server update --admin-password`.
  administrator_password_wo         = var.database_password
  administrator_password_wo_version = 1
  tags                              = var.tags

  authentication {
    active_directory_auth_enabled = false
    password_auth_enabled         = true
  }

  high_availability {
    mode = "ZoneRedundant"
  }

  lifecycle {
    prevent_destroy = true
    ignore_changes  = [zone, high_availability[0].standby_availability_zone]
  }
}

resource "azurerm_postgresql_flexible_server_database" "pipeline" {
  count = var.database == null ? 0 : 1

  name      = "pipeline"
  server_id = azurerm_postgresql_flexible_server.ledger[0].id
  charset   = "UTF8"
  collation = "en_US.utf8"
}

# Extensions must be allowed by name here before a database may create them.
resource "azurerm_postgresql_flexible_server_configuration" "ledger" {
  for_each = var.database == null ? {} : { "azure.extensions" = "BTREE_GIST", require_secure_transport = "on" }

  name      = each.key
  server_id = azurerm_postgresql_flexible_server.ledger[0].id
  value     = each.value
}

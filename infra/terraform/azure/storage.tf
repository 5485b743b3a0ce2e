# What the Functions host itself keeps: schedules of timers, leases, and the history of orchestrations. The lake is not here.
resource "azurerm_storage_account" "host" {
  name                            = replace(var.name, "-", "")
  resource_group_name             = azurerm_resource_group.pipeline.name
  location                        = azurerm_resource_group.pipeline.location
  account_tier                    = "Standard"
  account_replication_type        = "ZRS"
  account_kind                    = "StorageV2"
  https_traffic_only_enabled      = true
  min_tls_version                 = "TLS1_2"
  shared_access_key_enabled       = false
  allow_nested_items_to_be_public = false
  tags                            = var.tags

  network_rules {
    default_action             = "Deny"
    bypass                     = ["AzureServices"]
    virtual_network_subnet_ids = var.subnet_ids
  }
}

# By name: blobs for leases and schedules, queues and tables for orchestrations.
resource "azurerm_role_assignment" "host" {
  for_each = toset(["Storage Blob Data Owner", "Storage Queue Data Contributor", "Storage Table Data Contributor"])

  scope                = azurerm_storage_account.host.id
  role_definition_name = each.value
  principal_id         = azurerm_user_assigned_identity.account["app"].principal_id
}

resource "azurerm_key_vault" "secrets" {
  name                          = var.name
  resource_group_name           = azurerm_resource_group.pipeline.name
  location                      = azurerm_resource_group.pipeline.location
  tenant_id                     = var.tenant_id
  sku_name                      = "standard"
  rbac_authorization_enabled    = true
  purge_protection_enabled      = true
  soft_delete_retention_days    = 90
  public_network_access_enabled = true
  tags                          = var.tags

  network_acls {
    default_action             = "Deny"
    bypass                     = "AzureServices"
    virtual_network_subnet_ids = var.subnet_ids
    ip_rules                   = var.operator.addresses
  }
}

# The cluster reads the entries; an operator writes them, from the addresses above.
resource "azurerm_role_assignment" "secrets" {
  for_each = {
    "Key Vault Secrets User"    = azurerm_user_assigned_identity.account["secrets"].principal_id
    "Key Vault Secrets Officer" = var.operator.object_id
  }

  scope                = azurerm_key_vault.secrets.id
  role_definition_name = each.key
  principal_id         = each.value
}

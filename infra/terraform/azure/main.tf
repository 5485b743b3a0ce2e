resource "azurerm_resource_group" "pipeline" {
  name     = var.name
  location = var.location
  tags     = var.tags
}

# Identities of the two service accounts; a pod's Kubernetes token is exchanged, no secret is stored.
locals {
  accounts = { app = "pipeline", secrets = "pipeline-secrets" }
}

resource "azurerm_user_assigned_identity" "account" {
  for_each = local.accounts

  name                = "${var.name}-${each.key}"
  resource_group_name = azurerm_resource_group.pipeline.name
  location            = azurerm_resource_group.pipeline.location
  tags                = var.tags
}

resource "azurerm_federated_identity_credential" "account" {
  for_each = local.accounts

  name                = each.value
  resource_group_name = azurerm_resource_group.pipeline.name
  parent_id           = azurerm_user_assigned_identity.account[each.key].id
  issuer              = var.cluster_issuer_url
  subject             = "system:serviceaccount:${var.namespace}:${each.value}"
  audience            = ["api://AzureADTokenExchange"]
}

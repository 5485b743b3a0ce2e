# Images: an operator pushes them, the cluster's nodes pull them.
resource "azurerm_container_registry" "image" {
  name                = replace(var.name, "-", "")
  resource_group_name = azurerm_resource_group.pipeline.name
  location            = azurerm_resource_group.pipeline.location
  sku                 = "Standard"
  admin_enabled       = false
  tags                = var.tags
}

resource "azurerm_role_assignment" "image" {
  for_each = { AcrPull = var.kubelet_object_id, AcrPush = var.operator.object_id }

  scope                = azurerm_container_registry.image.id
  role_definition_name = each.key
  principal_id         = each.value
}

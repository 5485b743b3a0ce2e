# Event Hubs speak Kafka's protocol at port 9093 with SASL PLAIN: user $ConnectionString, password the connection string.
# Build the image with KAFKA_SECURITY=Plain.
resource "azurerm_eventhub_namespace" "brokers" {
  count = length(var.topics) == 0 ? 0 : 1

  name                     = var.name
  resource_group_name      = azurerm_resource_group.pipeline.name
  location                 = azurerm_resource_group.pipeline.location
  sku                      = "Premium"
  capacity                 = 1
  minimum_tls_version      = "1.2"
  auto_inflate_enabled     = false
  maximum_throughput_units = 0
  tags                     = var.tags
}

resource "azurerm_eventhub" "topic" {
  for_each = var.topics

  name              = each.key
  namespace_id      = azurerm_eventhub_namespace.brokers[0].id
  partition_count   = each.value
  message_retention = 7
}

resource "azurerm_eventhub_namespace_authorization_rule" "listen" {
  count = length(var.topics) == 0 ? 0 : 1

  name                = "pipeline"
  namespace_name      = azurerm_eventhub_namespace.brokers[0].name
  resource_group_name = azurerm_resource_group.pipeline.name
  listen              = true
  send                = false
  manage              = false
}

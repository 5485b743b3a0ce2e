resource "azurerm_log_analytics_workspace" "pipeline" {
  name                = var.name
  resource_group_name = azurerm_resource_group.pipeline.name
  location            = azurerm_resource_group.pipeline.location
  sku                 = "PerGB2018"
  retention_in_days   = var.log_retention_days
  tags                = var.tags
}

resource "azurerm_application_insights" "pipeline" {
  name                = var.name
  resource_group_name = azurerm_resource_group.pipeline.name
  location            = azurerm_resource_group.pipeline.location
  workspace_id        = azurerm_log_analytics_workspace.pipeline.id
  application_type    = "web"
  tags                = var.tags
}

resource "azurerm_monitor_action_group" "alarms" {
  name                = "${var.name}-alarms"
  resource_group_name = azurerm_resource_group.pipeline.name
  short_name          = "pipeline"
  tags                = var.tags

  dynamic "email_receiver" {
    for_each = var.alarm_emails
    content {
      name          = email_receiver.key
      email_address = email_receiver.value
    }
  }
}

resource "azurerm_monitor_metric_alert" "database" {
  for_each = var.database == null ? {} : {
    storage = { text = "The ledger's disk is 85 % full.", metric = "storage_percent", above = 85 }
    cpu     = { text = "The ledger's CPU was above 85 % for 15 minutes.", metric = "cpu_percent", above = 85 }
    # postgres/roles.sql refuses the app's 601st.
    connections = { text = "The ledger had more than 450 connections for 15 minutes.", metric = "active_connections", above = 450 }
  }

  name                = "${var.name}-database-${each.key}"
  resource_group_name = azurerm_resource_group.pipeline.name
  scopes              = [azurerm_postgresql_flexible_server.ledger[0].id]
  description         = each.value.text
  severity            = 1
  frequency           = "PT5M"
  window_size         = "PT15M"
  tags                = var.tags

  criteria {
    metric_namespace = "Microsoft.DBforPostgreSQL/flexibleServers"
    metric_name      = each.value.metric
    aggregation      = "Average"
    operator         = "GreaterThan"
    threshold        = each.value.above
  }

  action {
    action_group_id = azurerm_monitor_action_group.alarms.id
  }
}

resource "azurerm_monitor_metric_alert" "throttled" {
  count = length(var.topics) == 0 ? 0 : 1

  name                = "${var.name}-brokers-throttled"
  resource_group_name = azurerm_resource_group.pipeline.name
  scopes              = [azurerm_eventhub_namespace.brokers[0].id]
  description         = "Event Hubs refuse requests for want of capacity: raise it."
  severity            = 2
  frequency           = "PT5M"
  window_size         = "PT15M"
  tags                = var.tags

  criteria {
    metric_namespace = "Microsoft.EventHub/namespaces"
    metric_name      = "ThrottledRequests"
    aggregation      = "Total"
    operator         = "GreaterThan"
    threshold        = 0
  }

  action {
    action_group_id = azurerm_monitor_action_group.alarms.id
  }
}

output "settings" {
  description = "Lines of infra/kubernetes/components/azure-host/settings.env and overlays/aks/settings.env."
  value = merge(
    { AzureWebJobsStorage__accountName = azurerm_storage_account.host.name },
    length(var.topics) == 0 ? {} : { KafkaBrokers = "${azurerm_eventhub_namespace.brokers[0].name}.servicebus.windows.net:9093" },
  )
}

output "client_ids" {
  description = "For the annotations azure.workload.identity/client-id of the service accounts pipeline and pipeline-secrets."
  value       = { for name, identity in azurerm_user_assigned_identity.account : name => identity.client_id }
}

output "vault_url" {
  description = "For overlays/aks/secret-store.yaml."
  value       = azurerm_key_vault.secrets.vault_uri
}

output "database_host" {
  description = "Address of the ledger's database; null when it is elsewhere."
  value       = one(azurerm_postgresql_flexible_server.ledger[*].fqdn)
}

output "insights_connection" {
  description = "For the exporter of traces and logs."
  value       = azurerm_application_insights.pipeline.connection_string
  sensitive   = true
}

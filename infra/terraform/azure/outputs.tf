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

output "image_repository" {
  description = "Where the image is pushed."
  value       = "${azurerm_container_registry.image.login_server}/pipeline"
}

output "event_hubs_connection" {
  description = "Password of the Kafka user $ConnectionString, for the app and for KEDA: it may read and describe. Null without topics."
  value       = one(azurerm_eventhub_namespace_authorization_rule.listen[*].primary_connection_string)
  sensitive   = true
}

output "insights_connection" {
  description = "Setting APPLICATIONINSIGHTS_CONNECTION_STRING, a member of the vault's entry pipeline-providers."
  value       = azurerm_application_insights.pipeline.connection_string
  sensitive   = true
}

# Plans against a provider that only has the schema: what the module asks for, not what Azure answers.
mock_provider "azurerm" {}

variables {
  name               = "example-pipeline"
  location           = "westeurope"
  cluster_issuer_url = "https://oidc.example.com/1/2/"
  tenant_id          = "00000000-0000-0000-0000-000000000000"
  subnet_ids         = ["/subscriptions/0/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/aks"]
}

run "storage_and_vault_are_closed" {
  command = plan

  assert {
    condition = (!azurerm_storage_account.host.shared_access_key_enabled && azurerm_storage_account.host.min_tls_version == "TLS1_2"
    && one(azurerm_storage_account.host.network_rules[*].default_action) == "Deny")
    error_message = "The host's storage is reachable by key, in clear text, or from anywhere."
  }

  assert {
    condition = (azurerm_key_vault.secrets.purge_protection_enabled && azurerm_key_vault.secrets.rbac_authorization_enabled
    && one(azurerm_key_vault.secrets.network_acls[*].default_action) == "Deny")
    error_message = "The vault could be emptied, or is open."
  }

  assert {
    condition     = azurerm_storage_account.host.name == "examplepipeline"
    error_message = "The account's name stands in settings."
  }
}

run "each_service_account_has_its_own_identity" {
  command = plan

  assert {
    condition = { for name, credential in azurerm_federated_identity_credential.account : name => credential.subject } == {
      app = "system:serviceaccount:pipeline:pipeline", secrets = "system:serviceaccount:pipeline:pipeline-secrets"
    }
    error_message = "A service account could not exchange its token."
  }
}

run "nothing_optional_is_made_unasked" {
  command = plan

  assert {
    condition = (length(azurerm_postgresql_flexible_server.ledger) == 0 && length(azurerm_eventhub_namespace.brokers) == 0
    && length(azurerm_monitor_metric_alert.database) == 0)
    error_message = "Database or brokers that nobody asked for."
  }
}

run "the_ledger_may_make_its_extension_and_is_watched" {
  command = plan

  variables { database = { delegated_subnet_id = "/subnets/db", private_dns_zone_id = "/zones/db" } }

  assert {
    condition     = azurerm_postgresql_flexible_server_configuration.ledger["azure.extensions"].value == "BTREE_GIST"
    error_message = "The first migration would fail: it creates btree_gist."
  }

  assert {
    condition = alltrue([
      !azurerm_postgresql_flexible_server.ledger[0].public_network_access_enabled, length(azurerm_monitor_metric_alert.database) == 2
    ])
    error_message = "The ledger is public or nobody watches it."
  }
}

run "brokers_have_the_topics_and_may_only_be_read" {
  command = plan

  variables { topics = { user-actions = 32 } }

  assert {
    condition = alltrue([
      azurerm_eventhub.topic["user-actions"].partition_count == 32, azurerm_eventhub_namespace_authorization_rule.listen[0].listen,
      !azurerm_eventhub_namespace_authorization_rule.listen[0].send,
    ])
    error_message = "The topic is missing, or the pipeline's key could write."
  }
}

run "an_issuer_without_https_is_refused" {
  command         = plan
  expect_failures = [var.cluster_issuer_url]

  variables { cluster_issuer_url = "oidc.example.com" }
}

run "an_old_postgres_is_refused" {
  command         = plan
  expect_failures = [var.database]

  variables { database = { delegated_subnet_id = "/subnets/db", private_dns_zone_id = "/zones/db", version = "13" } }
}

run "a_name_that_azure_would_cut_is_refused" {
  command         = plan
  expect_failures = [var.name]

  variables { name = "an-example-of-a-pipeline" }
}

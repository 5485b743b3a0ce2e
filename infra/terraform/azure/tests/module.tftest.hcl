# Plans against a provider that only has the schema: what the module asks for, not what Azure answers.
mock_provider "azurerm" {}

variables {
  name               = "example-pipeline"
  location           = "westeurope"
  cluster_issuer_url = "https://oidc.example.com/1/2/"
  tenant_id          = "00000000-0000-0000-0000-000000000000"
  kubelet_object_id  = "00000000-0000-0000-0000-000000000001"
  operator           = { object_id = "00000000-0000-0000-0000-000000000002", addresses = ["203.0.113.7"] }
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

run "an_operator_may_write_secrets_and_images_and_the_cluster_may_read_them" {
  command = plan

  assert {
    condition = (keys(azurerm_role_assignment.secrets) == ["Key Vault Secrets Officer", "Key Vault Secrets User"]
      && azurerm_role_assignment.secrets["Key Vault Secrets Officer"].principal_id == var.operator.object_id
    && one(azurerm_key_vault.secrets.network_acls[*].ip_rules) == toset(["203.0.113.7"]))
    error_message = "Nobody could write the vault's entries, or from nowhere."
  }

  assert {
    condition = (azurerm_role_assignment.image["AcrPull"].principal_id == var.kubelet_object_id
    && azurerm_role_assignment.image["AcrPush"].principal_id == var.operator.object_id && !azurerm_container_registry.image.admin_enabled)
    error_message = "No node could pull the image, or nobody push it."
  }
}

run "a_database_without_an_owner_s_password_is_refused" {
  command         = plan
  expect_failures = [var.database_password]

  variables { database = { delegated_subnet_id = "/subnets/db", private_dns_zone_id = "/zones/db" } }
}

run "a_subnet_that_is_not_named_in_full_is_refused" {
  command         = plan
  expect_failures = [var.subnet_ids]

  variables { subnet_ids = ["aks"] }
}

run "an_alarm_to_nobody_is_refused" {
  command         = plan
  expect_failures = [var.alarm_emails]

  variables { alarm_emails = { night = "pager" } }
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

  variables {
    database          = { delegated_subnet_id = "/subnets/db", private_dns_zone_id = "/zones/db" }
    database_password = "no-password-of-anything"
  }

  # Azure takes no server whose passwords are on without an owner who has one.
  assert {
    condition = alltrue([
      one(azurerm_postgresql_flexible_server.ledger[0].authentication[*].password_auth_enabled),
      azurerm_postgresql_flexible_server.ledger[0].administrator_login == "pipeline_owner",
      azurerm_postgresql_flexible_server.ledger[0].administrator_password_wo_version == 1,
    ])
    error_message = "The database has no owner: roles.sql could not be run."
  }

  assert {
    condition     = azurerm_postgresql_flexible_server_configuration.ledger["azure.extensions"].value == "BTREE_GIST"
    error_message = "The first migration would fail: it creates btree_gist."
  }

  assert {
    condition = alltrue([
      !azurerm_postgresql_flexible_server.ledger[0].public_network_access_enabled, length(azurerm_monitor_metric_alert.database) == 3
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

  variables {
    database          = { delegated_subnet_id = "/subnets/db", private_dns_zone_id = "/zones/db", version = "13" }
    database_password = "no-password-of-anything"
  }
}

run "a_name_that_azure_would_cut_is_refused" {
  command         = plan
  expect_failures = [var.name]

  variables { name = "an-example-of-a-pipeline" }
}

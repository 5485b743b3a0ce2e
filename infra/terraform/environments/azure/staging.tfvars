environment        = "staging"
subscription_id    = "00000000-0000-0000-0000-000000000000"
tenant_id          = "00000000-0000-0000-0000-000000000000"
location           = "westeurope"
name               = "example-staging"
cluster_issuer_url = "https://westeurope.oic.prod-aks.azure.com/00000000-0000-0000-0000-000000000000/EXAMPLE/"
kubelet_object_id  = "00000000-0000-0000-0000-000000000000"
operator = {
  object_id = "00000000-0000-0000-0000-000000000000"
  addresses = ["203.0.113.7"]
}
network = {
  resource_group  = "example-network-staging"
  name            = "example"
  cluster_subnet  = "aks"
  database_subnet = "database"
  database_zone   = "example.private.postgres.database.azure.com"
}
topics = {
  user-actions   = 32
  ad-impressions = 32
  clicks         = 32
  conversions    = 32
  bid-requests   = 32
}

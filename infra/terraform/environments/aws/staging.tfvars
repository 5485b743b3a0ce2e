environment = "staging"
region      = "eu-west-1"
name        = "example-pipeline-staging"
oidc_issuers = {
  eks = {
    provider_arn = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE-STAGING"
    issuer       = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE-STAGING"
  }
}
cluster_name = "example-staging"
vpc = {
  id                     = "vpc-00000000000000001"
  private_subnet_ids     = ["subnet-00000000000000011", "subnet-00000000000000012", "subnet-00000000000000013"]
  node_security_group_id = "sg-00000000000000001"
}

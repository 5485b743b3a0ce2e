environment = "production"
region      = "eu-west-1"
name        = "example-pipeline"
oidc_issuers = {
  eks = {
    provider_arn = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE"
    issuer       = "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE"
  }
}
cluster_name = "example-production"
vpc = {
  id                     = "vpc-00000000000000000"
  private_subnet_ids     = ["subnet-00000000000000001", "subnet-00000000000000002", "subnet-00000000000000003"]
  node_security_group_id = "sg-00000000000000000"
}

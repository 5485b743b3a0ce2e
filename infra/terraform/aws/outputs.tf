output "settings" {
  description = "Lines of settings.env in the environment's overlay, infra/kubernetes/overlays/eks-*."
  value = merge(
    {
      Lake__Root       = "s3://${aws_s3_bucket.lake.id}/lake"
      Segments__Root   = "s3://${aws_s3_bucket.lake.id}/segments"
      Quarantine__Root = "s3://${aws_s3_bucket.lake.id}/quarantine"
      S3__Region       = data.aws_region.current.region
      S3__KmsKeyId     = aws_kms_alias.pipeline.name
    },
    { for name, queue in aws_sqs_queue.queue : "Sqs__Queues__${name}__Url" => queue.url },
    { for name, queue in aws_sqs_queue.dead : "Sqs__Queues__${name}__DeadLetterUrl" => queue.url },
    { for name in keys(var.queues) : "Sqs__Queues__${name}__Region" => data.aws_region.current.region },
    var.kafka == null ? {} : { KafkaBrokers = aws_msk_cluster.kafka[0].bootstrap_brokers_sasl_scram },
  )
}

output "role_arns" {
  description = "For the annotations eks.amazonaws.com/role-arn of the service accounts, and for KEDA's."
  value       = { for name, role in aws_iam_role.role : name => role.arn }
}

output "delivery_role_arn" {
  description = "For the workflow's environments, variable DELIVERY_ROLE; null without a repository."
  value       = one(aws_iam_role.delivery[*].arn)
}

output "image_repository" {
  description = "Where the workflow pushes."
  value       = aws_ecr_repository.image.repository_url
}

output "database" {
  description = "Address of the ledger's database and the secret of its owner; null without a network."
  value = one([for database in aws_db_instance.ledger : {
    host          = database.address
    owner_secret  = one(database.master_user_secret[*].secret_arn)
    database_name = database.db_name
  }])
}

# Brokers of one's own, with SASL/SCRAM over TLS and nothing else: build the image with KAFKA_SECURITY=ScramSha512.
resource "aws_security_group" "kafka" {
  count = var.kafka == null ? 0 : 1

  name        = "${var.name}-kafka"
  description = "Kafka by SASL/SCRAM, from the cluster's nodes"
  vpc_id      = var.vpc.id
  tags        = var.tags
}

resource "aws_vpc_security_group_ingress_rule" "kafka" {
  count = var.kafka == null ? 0 : 1

  security_group_id            = aws_security_group.kafka[0].id
  referenced_security_group_id = var.vpc.node_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 9096
  to_port                      = 9096
}

resource "aws_msk_configuration" "kafka" {
  count = var.kafka == null ? 0 : 1

  name           = var.name
  kafka_versions = [var.kafka.version]

  # A week of records: as long as the pipeline may stand still without losing any.
  server_properties = <<-TEXT
    auto.create.topics.enable=false
    default.replication.factor=3
    min.insync.replicas=2
    num.partitions=24
    log.retention.hours=168
    unclean.leader.election.enable=false
  TEXT
}

resource "aws_msk_cluster" "kafka" {
  count = var.kafka == null ? 0 : 1

  cluster_name           = var.name
  kafka_version          = var.kafka.version
  number_of_broker_nodes = var.kafka.brokers
  enhanced_monitoring    = "PER_TOPIC_PER_PARTITION"
  tags                   = var.tags

  broker_node_group_info {
    instance_type   = var.kafka.instance_type
    client_subnets  = var.vpc.private_subnet_ids
    security_groups = [aws_security_group.kafka[0].id]

    storage_info {
      ebs_storage_info {
        volume_size = var.kafka.volume_gib
      }
    }
  }

  configuration_info {
    arn      = aws_msk_configuration.kafka[0].arn
    revision = aws_msk_configuration.kafka[0].latest_revision
  }

  encryption_info {
    encryption_at_rest_kms_key_arn = aws_kms_key.pipeline.arn

    encryption_in_transit {
      client_broker = "TLS"
      in_cluster    = true
    }
  }

  client_authentication {
    sasl {
      scram = true
    }
  }
}

resource "aws_msk_scram_secret_association" "kafka" {
  count = var.kafka == null ? 0 : 1

  cluster_arn     = aws_msk_cluster.kafka[0].arn
  secret_arn_list = var.kafka.scram_secret_arns
}

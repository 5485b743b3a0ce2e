# Athena and Spark read the lake through these. Partitions are projected from the path: nothing is registered as objects come.
resource "aws_glue_catalog_database" "lake" {
  name        = replace(var.name, "-", "_")
  description = "Datasets of the pipeline"
}

locals {
  # Made from the contracts by infra/terraform/tables.py.
  tables = jsondecode(file("${path.module}/tables.json"))
  # <column>=${<column>} for each partition column: Athena fills the braces.
  layout = { for name, table in local.tables : name => join("/", [for column in table.partitions : "${column.name}=$${${column.name}}"]) }
}

resource "aws_glue_catalog_table" "dataset" {
  for_each = local.tables

  name          = each.key
  database_name = aws_glue_catalog_database.lake.name
  table_type    = "EXTERNAL_TABLE"

  parameters = merge(
    {
      "classification"            = "parquet"
      "projection.enabled"        = "true"
      "storage.location.template" = "s3://${var.name}/lake/${each.key}/${local.layout[each.key]}"
    },
    merge([
      for column in each.value.partitions : { for option, value in column.projection : "projection.${column.name}.${option}" => value }
    ]...),
  )

  storage_descriptor {
    location      = "s3://${var.name}/lake/${each.key}/"
    input_format  = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"

    ser_de_info {
      serialization_library = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    }

    dynamic "columns" {
      for_each = each.value.columns
      content {
        name = columns.value.name
        type = columns.value.type
      }
    }
  }

  dynamic "partition_keys" {
    for_each = each.value.partitions
    content {
      name = partition_keys.value.name
      type = partition_keys.value.type
    }
  }
}

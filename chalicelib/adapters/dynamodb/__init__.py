"""DynamoDB through pynamodb: one module a table, each described by its access patterns in docs/data-model.md."""

"""The Airflow side of batch_translate: thin, and the only place that imports Airflow."""

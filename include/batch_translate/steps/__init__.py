"""The use cases, one module per task of the DAG, composed of the packages beside this one; no Airflow here."""

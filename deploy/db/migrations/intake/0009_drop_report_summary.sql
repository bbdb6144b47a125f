-- Lists read `report` itself.
DROP TABLE report_summary;

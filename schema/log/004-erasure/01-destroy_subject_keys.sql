-- Keys are destroyed where the event is projected that forgets their subject, in the same transaction, and nowhere else.
REVOKE EXECUTE ON FUNCTION es.destroy_subject_keys FROM daybook_appender;
GRANT EXECUTE ON FUNCTION es.destroy_subject_keys TO daybook_projector;

-- The second wall around what is inside Organizations (docs/ISOLATION.md): a transaction for one person takes
-- on a role that sees only the rows of that person's Organizations. Here is what its policies ask; the policies
-- and the role's rights are made after the migrations, for the tables there are by then
-- (src/storage/walls.rs).

-- Roles belong to the whole server, so that each database has one of its own.
CREATE FUNCTION sovereign_member_role() RETURNS text LANGUAGE sql STABLE
    SET search_path = pg_catalog AS $function$
    SELECT CASE WHEN octet_length(current_database()::text) <= 56 THEN current_database() || '_member'
        ELSE 'member_' || left(encode(sha256(convert_to(current_database()::text, 'UTF8')), 'hex'), 40) END
$function$;

-- They read with the owner's rights: what they answer is what the policies rest on. They name tables with
-- their schema, so that no table of somebody else's making can stand in for them.
DO $migration$
DECLARE
    head constant text := ' LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS ';
    person constant text := $text$NULLIF(current_setting('sovereign.user_id', true), '')$text$;
BEGIN
    -- The Organizations of the person whom the transaction is for; none where it is for nobody.
    EXECUTE format('CREATE FUNCTION sovereign_organizations() RETURNS text[]' || head || '%L', format(
        'BEGIN RETURN ARRAY(SELECT m.tenant_id FROM %I.members m WHERE m.user_id = %s); END',
        current_schema(), person));
    -- Their billing accounts.
    EXECUTE format('CREATE FUNCTION sovereign_accounts() RETURNS uuid[]' || head || '%L', format(
        'BEGIN RETURN ARRAY(SELECT k.id FROM %1$I.customers k JOIN %1$I.members m '
        'ON m.tenant_id = k.tenant_id WHERE m.user_id = %2$s); END', current_schema(), person));
    -- The people in them, and the person.
    EXECUTE format('CREATE FUNCTION sovereign_people() RETURNS text[]' || head || '%L', format(
        'BEGIN RETURN ARRAY(SELECT o.user_id FROM %1$I.members o JOIN %1$I.members m '
        'ON m.tenant_id = o.tenant_id WHERE m.user_id = %2$s UNION SELECT %2$s); END',
        current_schema(), person));
END
$migration$;

-- An open ticket lets its provider ask about an access only while it sees that: what it saw once may be others' now.
CREATE OR REPLACE FUNCTION may_see_technically(sp text, access_id text) RETURNS boolean LANGUAGE sql STABLE
RETURN EXISTS (
    SELECT FROM subscriptions s
     WHERE s.sp = may_see_technically.sp AND s.access_id = may_see_technically.access_id
       AND s.state IN ('ACTIVATED', 'SUSPENDED')
) OR EXISTS (
    SELECT FROM providers p JOIN accesses a ON a.access_id = may_see_technically.access_id
     WHERE p.sp = may_see_technically.sp AND sees(p.sp, a.population)
       AND (p.technical = 'all' OR EXISTS (
           SELECT FROM tickets t WHERE t.sp = p.sp AND t.access_id = a.access_id AND t.status <> 'CLOSED'))
);

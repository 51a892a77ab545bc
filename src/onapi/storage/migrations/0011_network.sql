-- An element as one value, for whoever reads several of one access.
CREATE FUNCTION element_doc(e elements) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN e.element IS NOT NULL THEN json_build_object(
    'element', e.element, 'address', e.address, 'driver', e.driver, 'credentials', e.credentials, 'options', e.options)::text END;

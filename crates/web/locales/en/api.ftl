# The API: what programs are told
api-unknown-list = There is no such list
api-unknown-field = There is no such field
api-wrong-type = Wrong type, expected: { $detail }
api-unknown-code = Not a known code, one of: { $detail }
api-json = Cannot be read: { $detail }
api-version = Expected the version that was seen, such as "7"
api-limit = 1 to { $most } rows a page
api-flag = 1 or 0
api-cursor = This is no cursor of a page

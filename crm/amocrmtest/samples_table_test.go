package amocrmtest_test

func recordedCards() []recorded {
	return []recorded{
		{method: "GET", path: "/api/v4/leads?limit=2&page=2", response: "leads_api__01__get_api_v4_leads__response.json",
			// the sample is a middle page; ours is the last of two
			differs: []string{"-._links.next", labour("._embedded.leads[]")}},
		{method: "GET", path: "/api/v4/leads?limit=1&page=2", response: "leads_api__01__get_api_v4_leads__response.json",
			differs: []string{labour("._embedded.leads[]")}},
		{method: "GET", path: "/api/v4/leads?limit=1", response: "observed_leads_list.json",
			// an answer of 2022, before _page and source_id
			differs: []string{"+._page", "+._embedded.leads[].source_id"}},
		{method: "GET", path: "/api/v4/leads/15198335?with=contacts,catalog_elements,loss_reason,source,is_price_modified_by_robot",
			response: "leads_api__02__get_api_v4_leads_id__response.json", differs: []string{labour("")}},
		{method: "POST", path: "/api/v4/leads", request: "leads_api__03__post_api_v4_leads__request.json",
			swap: []string{"217261", "263807", "2719", "263807"}, response: "leads_api__04__post_api_v4_leads__response.json"},
		{method: "POST", path: "/api/v4/leads/complex", request: "leads_api__05__post_api_v4_leads_complex__request.json",
			// 193200 and 193226 are enums of e-mail and phone there, and the other way round here
			swap: []string{"193226", "193200", "193200", "193226", "2004184", "504142", "1286573", "294471", "1286575", "294471",
				`"enum_id": 2957741`, `"value": "a"`, `"enum_id": 2957743`, `"value": "b"`,
				"33929752", "32392165", "33929749", "32392165", "3383152", "3177727"},
			response: "leads_api__06__post_api_v4_leads_complex__response.json"},
		{method: "PATCH", path: "/api/v4/leads", request: "leads_api__07__patch_api_v4_leads__request.json",
			swap:     []string{"54886", "15198335", "54884", "15198337", "47521", "3177727", "7323", "4203748", "525743", "32392165"},
			response: "leads_api__08__patch_api_v4_leads__response.json"},
		{method: "GET", path: "/api/v4/contacts?limit=2&page=1", response: "contacts_api__01__get_api_v4_contacts__response.json",
			differs: []string{deleted("._embedded.contacts[]")}},
		{method: "GET", path: "/api/v4/contacts/19663157?with=leads,customers,catalog_elements",
			response: "contacts_api__02__get_api_v4_contacts_id__response.json",
			differs: []string{deleted(""),
				// the example is old: answers have enum_code today (official client, MultitextCustomFieldValueModel)
				"-.custom_fields_values[].values[].enum", "+.custom_fields_values[].values[].enum_code"}},
		{method: "POST", path: "/api/v4/contacts", request: "contacts_api__03__post_api_v4_contacts__request.json",
			swap: []string{"47272", "504142"}, response: "contacts_api__04__post_api_v4_contacts__response.json"},
		{method: "PATCH", path: "/api/v4/contacts/19663157", request: "contacts_api__05__patch_api_v4_contacts__request.json",
			// the page shows a single object and the answer of a batch
			swap: []string{`"id": 3`, `"id": 19663157`, "145471", "263807"}},
		{method: "PATCH", path: "/api/v4/contacts", body: `[{"id":19663157,"first_name":"Пётр"}]`,
			response: "contacts_api__06__patch_api_v4_contacts__response.json"},
		{method: "PATCH", path: "/api/v4/leads", request: "tags_api__04__patch_api_v4_entity_type_leads_contacts_companies_customers__request.json",
			swap:     []string{"167353", "15198335", "167355", "15198337"},
			response: "tags_api__05__patch_api_v4_entity_type_leads_contacts_companies_customers__response.json"},
		{method: "PATCH", path: "/api/v4/leads/15198335", request: "tags_api__06__patch_api_v4_entity_type_leads_contacts_companies_customers__request.json",
			response: "tags_api__07__patch_api_v4_entity_type_leads_contacts_companies_customers__response.json"},
		{method: "GET", path: "/api/v4/leads/15198335/links", response: "entity_links_api__01__get_api_v4_leads_entity_id_links__response.json"},
		{method: "POST", path: "/api/v4/leads/15198337/link", request: "entity_links_api__02__post_api_v4_leads_entity_id_link__request.json",
			swap: linkIDs(), response: "entity_links_api__03__post_api_v4_leads_entity_id_link__response.json"},
		{method: "POST", path: "/api/v4/leads/15198335/unlink", request: "entity_links_api__04__post_api_v4_leads_entity_id_unlink__request.json",
			swap: linkIDs(), status: 204},
		{method: "GET", path: "/api/v4/leads/links?filter[entity_id][]=15198335&filter[entity_id][]=15198337",
			response: "entity_links_api__05__get_api_v4_leads_links__response.json"},
		{method: "POST", path: "/api/v4/leads/link", request: "entity_links_api__06__post_api_v4_leads_link__request.json",
			swap: linkIDs(), response: "entity_links_api__07__post_api_v4_leads_link__response.json"},
		{method: "POST", path: "/api/v4/leads/unlink", request: "entity_links_api__08__post_api_v4_leads_unlink__request.json",
			swap: linkIDs(), status: 204},
		{method: "GET", path: "/api/v4/leads/notes?limit=2&filter[note_type][]=common", response: "events_and_notes__18__get_api_v4_entity_type_entity_id_notes__response.json"},
		{method: "GET", path: "/api/v4/leads/notes?filter[id][0]=42709325&filter[id][1]=42709327&limit=1",
			response: "events_and_notes__17__get_api_v4_entity_type_notes__response.json", differs: attachment()},
		{method: "GET", path: "/api/v4/leads/15198335/notes?limit=2", response: "events_and_notes__18__get_api_v4_entity_type_entity_id_notes__response.json"},
		{method: "GET", path: "/api/v4/leads/notes/42709325", response: "events_and_notes__19__get_api_v4_entity_type_notes_id__response.json"},
		{method: "POST", path: "/api/v4/leads/notes", request: "events_and_notes__20__post_api_v4_entity_type_notes__request.json",
			swap:     []string{"167353", "15198335", "8238874", "504141"},
			response: "events_and_notes__22__post_api_v4_entity_type_notes__response.json"},
		{method: "POST", path: "/api/v4/leads/15198335/notes", request: "events_and_notes__21__post_api_v4_entity_type_notes__request.json",
			swap: []string{"32321", "504141"}, response: "events_and_notes__22__post_api_v4_entity_type_notes__response.json"},
		{method: "PATCH", path: "/api/v4/leads/notes", request: "events_and_notes__23__patch_api_v4_entity_type_notes__request.json",
			swap:     []string{"76610421", "42709325", "76610423", "42709331"},
			response: "events_and_notes__24__patch_api_v4_entity_type_notes__response.json"},
		{method: "GET", path: "/api/v4/tasks?filter[task_type][]=2&filter[is_completed][]=1&limit=2", response: "tasks_api__01__get_api_v4_tasks__response.json",
			// all results are empty there; where there is one it is tasks_api__02
			differs: nil},
		{method: "GET", path: "/api/v4/tasks/4745251", response: "tasks_api__02__get_api_v4_tasks_id__response.json"},
		{method: "POST", path: "/api/v4/tasks", request: "tasks_api__03__post_api_v4_tasks__request.json",
			swap: []string{"9785993", "15198335"}, response: "tasks_api__04__post_api_v4_tasks__response.json"},
		{method: "PATCH", path: "/api/v4/tasks", request: "tasks_api__05__patch_api_v4_tasks__request.json",
			swap: []string{"4747929", "4745253"}, response: "tasks_api__06__patch_api_v4_tasks__response.json"},
		{method: "PATCH", path: "/api/v4/tasks/4745253", request: "tasks_api__07__patch_api_v4_tasks__request.json",
			response: "tasks_api__08__patch_api_v4_tasks__response.json"},
	}
}

func linkIDs() []string {
	return []string{"1026", "4521", "14158851", "15198337", "14158852", "15198339", "14158853", "15198337",
		"457282", "19663161", `"to_entity_id": 10,`, `"to_entity_id": 1163197,`}
}

func recordedDirectories() []recorded {
	return []recorded{
		{method: "GET", path: "/api/v4/account?with=amojo_id,amojo_rights,users_groups,task_types,version,entity_names,datetime_settings,drive_url,is_api_filter_enabled",
			response: "account_info__01__get_api_v4_account__response.json"},
		{method: "GET", path: "/api/v4/users?with=role,group", response: "users_api__01__get_api_v4_users__response.json"},
		{method: "GET", path: "/api/v4/users/504141", response: "users_api__02__get_api_v4_users_id__response.json"},
		{method: "GET", path: "/api/v4/leads/pipelines", response: "leads_pipelines__01__get_api_v4_leads_pipelines__response.json"},
		{method: "GET", path: "/api/v4/leads/pipelines/3177727", response: "leads_pipelines__02__get_api_v4_leads_pipelines_id__response.json"},
		{method: "POST", path: "/api/v4/leads/pipelines", request: "leads_pipelines__03__post_api_v4_leads_pipelines__request.json",
			response: "leads_pipelines__04__post_api_v4_leads_pipelines__response.json"},
		{method: "GET", path: "/api/v4/leads/pipelines/3177727/statuses?with=descriptions",
			response: "leads_pipelines__07__get_api_v4_leads_pipelines_pipeline_id_statuses__response.json"},
		{method: "GET", path: "/api/v4/leads/pipelines/3177727/statuses/32392159?with=descriptions",
			response: "leads_pipelines__08__get_api_v4_leads_pipelines_pipeline_id_statuses_id__response.json"},
		{method: "POST", path: "/api/v4/leads/pipelines/3177727/statuses", request: "leads_pipelines__09__post_api_v4_leads_pipelines_pipeline_id_statuses__request.json",
			response: "leads_pipelines__10__post_api_v4_leads_pipelines_pipeline_id_statuses__response.json"},
		{method: "GET", path: "/api/v4/leads/tags?limit=1", response: "tags_api__01__get_api_v4_entity_type_leads_contacts_companies_customers_tags__response.json"},
		{method: "POST", path: "/api/v4/leads/tags", request: "tags_api__02__post_api_v4_entity_type_leads_contacts_companies_customers_tags__request.json",
			response: "tags_api__03__post_api_v4_entity_type_leads_contacts_companies_customers_tags__response.json"},
		{method: "GET", path: "/api/v4/leads/custom_fields?limit=2", response: "custom_fields__01__get_api_v4_leads_custom_fields__response.json",
			// the list's example lacks what the single field's example has
			differs: fieldExtras()},
		{method: "GET", path: "/api/v4/contacts/custom_fields/66192", response: "custom_fields__02__get_api_v4_leads_custom_fields_id__response.json",
			// and the single field's lacks settings, which the list's has
			differs: []string{"+.settings"}},
		{method: "POST", path: "/api/v4/leads/custom_fields", request: "custom_fields__03__post_api_v4_leads_custom_fields__request.json",
			swap:     []string{"16056", "3177727", "20540473", "32392165"},
			response: "custom_fields__04__post_api_v4_leads_custom_fields__response.json", status: 201, differs: fieldExtras()},
		{method: "GET", path: "/api/v4/catalogs?limit=1", response: "catalogs_api__01__get_api_v4_catalogs__response.json"},
		{method: "GET", path: "/api/v4/catalogs/4521", response: "catalogs_api__02__get_api_v4_catalogs_id__response.json"},
		{method: "GET", path: "/api/v4/catalogs/4521/elements?limit=1", response: "catalogs_api__07__get_api_v4_catalogs_catalog_id_elements__response.json",
			differs: []string{"-._embedded.elements[].custom_fields_values[].values[].enum_id"}}, // of a category, which the seed does not fill
		{method: "PATCH", path: "/api/v4/catalogs/4521/elements", request: "catalogs_api__11__patch_api_v4_catalogs_catalog_id_elements__request.json",
			swap:     []string{"986757", "1163197", "986753", "1163199"},
			response: "catalogs_api__12__patch_api_v4_catalogs_catalog_id_elements__response.json"},
		{method: "GET", path: "/api/v4/catalogs/4521/elements/1163197", response: "catalogs_api__08__get_api_v4_catalogs_catalog_id_elements_id__response.json",
			differs: []string{"-.custom_fields_values[].values[].enum_id"}}, // of a category, too
		{method: "POST", path: "/api/v4/catalogs/4517/elements", request: "catalogs_api__09__post_api_v4_catalogs_catalog_id_elements__request.json",
			response: "catalogs_api__10__post_api_v4_catalogs_catalog_id_elements__response.json", differs: computedItems()},
		{method: "GET", path: "/api/v4/events/01pz58t6p04ymgsgfbm0000009", response: "events_and_notes__01__get_api_v4_events_id__response.json"},
		{method: "GET", path: "/api/v4/webhooks", response: "webhooks_api__01__get_api_v4_webhooks__response.json"},
		{method: "POST", path: "/api/v4/webhooks", request: "webhooks_api__02__post_api_v4_webhooks__request.json",
			response: "webhooks_api__03__post_api_v4_webhooks__response.json", status: 201},
		{method: "POST", path: "/api/v4/leads", request: "leads_api__03__post_api_v4_leads__request.json", status: 400,
			swap: []string{"294471", "1"}, response: "error_400_validation_errors.json"},
	}
}

func fieldExtras() []string {
	at := "._embedded.custom_fields[]"
	return []string{"+" + at + ".account_id", "+" + at + ".code", "+" + at + ".entity_type", "+" + at + ".is_deletable"}
}

// computedItems are what amoCRM counts from an invoice's rows; the fake keeps
// rows as they were written.
func computedItems() []string {
	at := "-._embedded.elements[].custom_fields_values[].values[].value."
	var out []string
	for _, key := range []string{"bonus_points_per_purchase", "external_uid", "is_discount_recalculated",
		"is_total_sum_recalculated", "metadata", "product_id", "total_sum", "vat_rate_value"} {
		out = append(out, at+key)
	}
	return out
}

// attachment is what the second note of the sample, a file, has more than a text.
func attachment() []string {
	var out []string
	for _, key := range []string{"file_name", "file_uuid", "is_drive_attachment", "original_name", "version_uuid"} {
		out = append(out, "-._embedded.notes[].params."+key)
	}
	return out
}

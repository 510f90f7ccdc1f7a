{#
    The versions of a deal that a sync has seen and that are no longer the record: our own change log without
    its latest line of each deal, which the record itself says. A line that says the same as the next one (only
    a formula had moved, which no model reads) is left out.
#}
{% set said = capture_columns() %}

with several as (
    select opportunity_id
    from {{ ref('stg_salesforce__opportunity_changes') }}
    group by opportunity_id
    having count(*) > 1
),

captures as (
    select
        *,
        {% for column in said %}
        lead({{ column }}) over in_order as next_{{ column }},
        {% endfor %}
        lead(seen_at) over in_order as next_seen_at
    from {{ ref('stg_salesforce__opportunity_changes') }}
    where opportunity_id in (select several.opportunity_id from several)
    window in_order as (partition by opportunity_id order by seen_at asc)
)

select *
from captures
where
    next_seen_at is not null
    and last_modified_at is not null
    and not is_deleted
    and (
        {% for column in said %}
        {{ 'or ' if not loop.first }}{{ column }} is distinct from next_{{ column }}
        {% endfor %}
    )

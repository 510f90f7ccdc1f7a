-- A waiver names a record, or a person (then it holds for all of that person's records). The one
-- that names the record wins; the last day of validity is included.
with matched as (
    select
        findings.exception_id,
        waivers.reason,
        row_number() over (
            partition by findings.exception_id
            order by
                case when waivers.record_id is null then 1 else 0 end,
                waivers.valid_until desc nulls first,
                waivers.reason
        ) as preference_number
    from {{ ref('int_process_findings') }} as findings
    cross join {{ ref('int_as_of') }} as as_of
    left join {{ ref('dim_users') }} as owners on findings.owner_id = owners.user_id
    inner join {{ ref('process_waivers') }} as waivers
        on findings.rule_id = waivers.rule_id
            and (waivers.valid_until is null or waivers.valid_until >= as_of.as_of_date)
            and (
                waivers.record_id = findings.record_id
                or (waivers.record_id is null and lower(waivers.owner_email) = lower(owners.email))
            )
)

select exception_id, reason as waived_reason
from matched
where preference_number = 1

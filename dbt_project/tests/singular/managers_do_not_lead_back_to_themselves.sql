{#- Each failing row names a user of the loop and says what to do. -#}
with looped as (

    select user_id from {{ ref('int_reporting_lines_unrolled') }}
    where is_loop

),

named as (

    select * from {{ ref('stg_salesforce__users') }}

)

select
    looped.user_id,
    concat(
        'The managers above ',
        named.user_name,
        ' lead back to the same user: mend ManagerId of one of them in the CRM.'
    ) as problem

from looped
inner join named
    on looped.user_id = named.user_id

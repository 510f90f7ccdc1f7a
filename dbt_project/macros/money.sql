{#- What is converted from one currency into another. The rates are those of int_currency_rates_dated. -#}

{#- Whether a row of the rates is that of a currency on a day; without a day it is the latest. -#}
{% macro is_rate_of(rates, iso_code, day) -%}
    coalesce({{ iso_code }}, '') = {{ rates }}.currency_iso_code
    and coalesce({{ day }}, cast('9999-12-30' as date)) >= {{ rates }}.valid_from
    and coalesce({{ day }}, cast('9999-12-30' as date)) < {{ rates }}.valid_to
{%- endmacro %}

{#- An amount in corporate currency, to the cent; null where no rate is known. -#}
{% macro in_corporate_currency(amount, rate) -%}
    case when {{ rate }} = 1 then {{ amount }} else cast({{ amount }} / {{ rate }} as decimal(18, 2)) end
{%- endmacro %}

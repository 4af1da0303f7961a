-- Proofs of passing on PostgreSQL: never edited, never removed, and what the street may see of
-- them. `registry migrate` drops and makes all of it again after every run.

create or replace function registry_proof_insert() returns trigger language plpgsql as $$
begin
  if not exists (
    select 1 from qualification q join person p on p.id = q.person_id
    where q.id = new.qualification_id and q.withdrawn_at is null and q.subject = new.subject
      and q.field = new.field and p.name = new.name
  ) then
    raise exception 'rule:proof-without-qualification'
      using errcode = '23514', constraint = 'proof-without-qualification';
  end if;
  return new;
end $$;

drop trigger if exists proof_of_passing_insert_standing on proof_of_passing;
create trigger proof_of_passing_insert_standing before insert on proof_of_passing for each row
execute function registry_proof_insert();

drop trigger if exists proof_of_passing_update on proof_of_passing;
create trigger proof_of_passing_update before update on proof_of_passing for each row
execute function registry_refuse('proof-is-kept');

drop trigger if exists proof_of_passing_delete on proof_of_passing;
create trigger proof_of_passing_delete before delete on proof_of_passing for each row
execute function registry_refuse('proof-is-kept');

drop trigger if exists proof_of_passing_truncate on proof_of_passing;
create trigger proof_of_passing_truncate before truncate on proof_of_passing for each statement
execute function registry_refuse('proof-is-kept');

drop view if exists street_proof;
create view street_proof as
select b.number, b.code, b.name, b.subject, b.field, b.first_day, b.last_day,
  case when q.withdrawn_at is null then 0 else 1 end as withdrawn
from proof_of_passing b join qualification q on q.id = b.qualification_id;

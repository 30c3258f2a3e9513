from snakemake.utils import min_version

min_version("9.13")

# Files given with --configfile stand alone: the default study is not below them.
if not workflow.configfiles:

    configfile: "config/config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/inputs.smk"


rule all:
    input:
        finished,


# On a cluster too, these run where Snakemake does: seconds each, or downloads, which few compute nodes can make.
localrules:
    all,
    weights,
    start,
    collect,
    trace,
    tally,
    curves,
    apart,


include: "workflow/rules/data.smk"
include: "workflow/rules/learn.smk"
include: "workflow/rules/measure.smk"
include: "workflow/rules/compare.smk"
include: "workflow/rules/units.smk"
include: "workflow/rules/look.smk"
include: "workflow/rules/toy.smk"
include: "workflow/rules/report.smk"

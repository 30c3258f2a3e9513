# REQUIRED INPUTS:
#     tables     = <study>/tables/*.tsv
#     figures    = <study>/figures/{dataset}/{figure}.svg
#     images     = <study>/{dataset}/images.h5
#     embeddings = <run>/round{round}/tsne.{layer}.tsv
#     picks      = <run>/picks.tsv
#     units      = <run>/round{round}/units.h5
#     matches    = <study>/{dataset}/matches.tsv
#     maximised  = <run>/round{round}/maximised.{setting}.h5
#     toys       = <study>/toys/{toy}/*.tsv, <study>/toys/{toy}/{toy_figure}.svg
# OUTPUTS:
#     report     = <study>/report/


report: "../report/workflow.rst"


rule report:
    input:
        tables=report_tables,
        figures=expand(rules.draw.output.svg, dataset=STUDY.datasets, figure=STUDY.figures),
        images=expand(rules.prepare.output.images, dataset=STUDY.datasets),
        embeddings=report_embeddings,
        picks=report_picks,
        units=report_units,
        matches=report_matches,
        maximised=report_maximised,
        toys=toy_results,
    output:
        report=directory("<study>/report"),
    log:
        "<study>/logs/report.log",
    benchmark:
        "<study>/benchmarks/report.tsv"
    conda:
        "../../envs/superposition.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(20),
    params:
        code=code("report"),
        study=STUDY.model_dump_json(exclude=MACHINE),
    shell:
        "python -m superposition report"
        " --study {params.study:q}"
        " --tables {input.tables}"
        " --figures {input.figures}"
        " --images {input.images}"
        " --embeddings {input.embeddings}"
        " --picks {input.picks}"
        " --units {input.units}"
        " --matches {input.matches}"
        " --maximised {input.maximised}"
        " --toys {input.toys}"
        " --report {output.report}"
        " --code {params.code}"
        " 2> {log}"

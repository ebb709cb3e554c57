using TrlSharp.Templates;
using TrlSharp.Tests;

namespace TrlSharp.Data.Tests.Templates;

/// <summary>A downloaded template is untrusted: whatever it does, it ends with an error of ours, within its budget.</summary>
public sealed class HostileTemplateTests
{
    private static readonly int Mutations = Environment.GetEnvironmentVariable("TRLSHARP_NIGHTLY") == "1" ? 100_000 : 1_000;

    public static TheoryData<string> Bombs =>
    [
        "{{ 'x' * 10**9 }}", "{{ [1] * 10**9 }}", "{{ ([[1]*1000]*1000)*1000 }}", "{{ 10**(10**10) }}", "{{ 7**300000 }}", "{{ '{:b}'.format(2**(2**20)) }}", "{{ 'x'|center(2000000000) }}", "{{ 'x'.zfill(2000000000) }}",
        "{% set ns=namespace(a='xx') %}{% for i in range(60) %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}", "{% set ns=namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = ns.a + ns.a %}{% endfor %}",
        "{% set ns=namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a }}", "{% set ns=namespace(a=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a|tojson }}",
        "{% set ns=namespace(a=[1]) %}{% for i in range(90000) %}{% set ns.a = [ns.a] %}{% endfor %}{{ ns.a }}", "{% set ns=namespace(a=[1]) %}{% for i in range(90000) %}{% set ns.a = ns.a|map('string') %}{% endfor %}{{ ns.a|list }}",
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}", "{% set l = range(100000)|list %}{% for a in range(100000) %}{% set x = -1 in l %}{% endfor %}", "{% set l='a'*10000000 %}{% for i in range(1000) %}{% set x = l.find('b') %}{% endfor %}",
        "{% macro m(n) %}{{ m(n+1) }}{{ m(n+1) }}{% endmacro %}{{ m(0) }}", "{% macro m(n) %}{% if n > 0 %}{{ m(n-1) }}{{ m(n-1) }}{% endif %}{% endmacro %}{{ m(300) }}", "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{{ '%2000000000d' % 1 }}", "{{ '%.2000000000f' % 1.5 }}", "{{ '{:2000000000}'.format(1) }}", "{{ [1]|batch(1000000000, 1)|list }}", "{{ [[[1]]]|tojson(indent=1000000000) }}", "{{ range(100000)|join('x'*1000000) }}", "{{ ('-'*200000)|wordwrap(10) }}",
    ];

    public static TheoryData<string, int> Sources => new()
    {
        { "text ", 2_000_000 }, { "{{ x }}", 1_450_000 }, { "{{ (", 100_000 }, { "{% if 1 %}", 100_000 }, { "{{ [", 100_000 }, { "{% for x in [1] %}", 50_000 }, { "{{ -", 50_000 }, { "{# ", 300_000 }, { "{{ 9", 90_000 },
    };

    [Theory]
    [MemberData(nameof(Bombs))]
    public void Bombs_end_with_an_error_within_the_budget(string source)
    {
        var template = ChatTemplate.Parse(source);
        Assert.Throws<TemplateException>(() => template.Render(new RenderRequest { Messages = [] }));
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Monstrous_sources_are_refused_while_they_are_read(string piece, int times)
    {
        // The opening once, then what nests or repeats.
        var opening = piece.StartsWith("{{ ", StringComparison.Ordinal) && piece.Length == 4 ? "{{ " : "";
        var source = opening + string.Concat(Enumerable.Repeat(piece[opening.Length..], times));
        Assert.Throws<TemplateException>(() => ChatTemplate.Parse(source));
    }

    /// <summary>Each took a minute and more while cutting a text looked through all of its pieces from the beginning.</summary>
    [Theory]
    [InlineData("{{ (('ab'*50000)|reverse).replace('a','c')|length }}", "100000")]
    [InlineData("{{ (('a b'*50000)|reverse).split()|length }}", "50001")]
    [InlineData("{{ (('a'*100000)|reverse)|list|length }}", "100000")]
    [InlineData("{{ (('ab'*50000)[::-1])[::2] == 'b'*50000 }}", "True")]
    public void Texts_of_many_pieces_are_cut_in_one_go(string source, string expected) =>
        Assert.Equal(expected, ChatTemplate.Parse(source).Render(new RenderRequest { Messages = [] }).Text);

    /// <summary>
    /// Each made 240 MB to 16 GB of garbage once, or does much with little. A budget that stops what is too large, or a result, in at most as much memory as the largest text takes a few times.
    /// </summary>
    [Theory]
    [InlineData("{{ ('x'*5000000)|reverse|length }}")]
    [InlineData("{{ ('xy'*2500000)[::-1]|length }}")]
    [InlineData("{{ ('xy'*2500000)[::3]|length }}")]
    [InlineData("{{ ('x'*5000000).replace('', 'y')|length }}")]
    [InlineData("{{ ('x'*5000000).strip('abc')|length }}")]
    [InlineData("{{ ('x'*5000000).strip('x')|length }}")]
    [InlineData("{{ (' '*4000000)|urlencode|length }}")]
    [InlineData("{{ ('Σ'*4000000)|urlencode|length }}")]
    [InlineData("{{ ('Σ'*4000000)|lower|length }}")]
    [InlineData("{{ ('Σ'*4000000)|title|length }}")]
    [InlineData("{{ ('ab'*2000000).partition('b')|length }}")]
    [InlineData("{{ ('x'*4000000)|max }}")]
    [InlineData("{{ ('x'*4000000)|unique|list|length }}")]
    [InlineData("{{ ('x'*4000000)|join('yy')|length }}")]
    [InlineData("{{ ('x'*4000000)|select('eq', 'y')|list|length }}")]
    [InlineData("{% set ns=namespace(d={}) %}{% for i in range(100000) %}{% set ns.d = dict(ns.d, **{'k' ~ i: 1}) %}{% endfor %}{{ ns.d|length }}")]
    [InlineData("{% set k='x'*1000000 %}{% set d={k: 1, 1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 6, 7: 7, 8: 8, 9: 9} %}{% for i in range(100000) %}{% set y = d[k] %}{% endfor %}")]
    [InlineData("{% set k='x'*1000000 %}{% for i in range(100000) %}{% set d={k: 1} %}{% endfor %}")]
    [InlineData("{% for i in range(100000) %}{% set x = '{:05d}|{:>8}'.format(i, 'a') %}{% endfor %}")]
    [InlineData("{% for i in range(100000) %}{% set x = '{:.2f}'.format(i) %}{% endfor %}")]
    [InlineData("{% for i in range(100000) %}{% set ns = namespace(a=i, b='x') %}{% endfor %}")]
    [InlineData("{% for i in range(10000) %}{% set x = 'see www.example.org now'|urlize %}{% endfor %}")]
    [InlineData("{{ (('a' * 60 + ' ') * 10000)|pprint|length }}")]
    [InlineData("{{ ('www.a.org ' * 100000)|urlize|length }}")]
    [InlineData("{{ ('é' * 3000000).encode()|length }}")]
    [InlineData("{{ ([[1] * 1000] * 1000)|pprint|length }}")]
    public void Large_texts_are_paid_for_before_they_are_made(string source)
    {
        const long MostBytes = 200_000_000;
        var template = ChatTemplate.Parse(source);
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            template.Render(new RenderRequest { Messages = [] });
        }
        catch (TemplateException e)
        {
            Assert.Equal(TemplateFault.Budget, e.Reason);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
    }

    [Fact]
    public void Damaged_templates_fail_only_with_errors_of_ours()
    {
        var sources = Directory.GetFiles(SharedData.Path("conformance", "templates"), "*.jinja").Order(StringComparer.Ordinal).Select(File.ReadAllText).ToList();
        var (mutator, conversations) = (new TemplateMutator(sources, 5), new ConversationGenerator(5));
        for (var i = 0; i < Mutations; i++)
        {
            var conversation = conversations.Next();
            try
            {
                ChatTemplate.Parse(mutator.Next()).Render(new RenderRequest { Messages = conversation.Find("messages")!.Items, Tools = conversation.Find("tools") is { IsNull: false } tools ? tools : null, Now = DateTime.UnixEpoch });
            }
            catch (TemplateException)
            {
                // The only kind that may come out.
            }
        }
    }
}

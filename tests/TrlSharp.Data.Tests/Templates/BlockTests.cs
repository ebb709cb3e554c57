using TrlSharp.Templates;

namespace TrlSharp.Data.Tests.Templates;

/// <summary>Blocks, escaping and the rarer methods of text; what is expected is what Jinja2 3.1.6 writes.</summary>
public sealed class BlockTests
{
    [Theory]
    [InlineData("{% block a %}x{% endblock %}{{ self.a() }}", "xx")]
    [InlineData("{{ self.a() }}{% block a %}y{% endblock a %}", "yy")]
    [InlineData("{% set v=1 %}{% block a %}{{ v }}{% set v=2 %}{{ v }}{% endblock %}{{ v }}", "121")]
    [InlineData("{% for i in [1,2] %}{% block a %}[{{ i }}]{% endblock %}{% endfor %}", "[][]")]
    [InlineData("{% for i in [1,2] %}{% block a scoped %}[{{ i }}]{% endblock %}{% endfor %}{{ self.a() }}", "[1][2][]")]
    [InlineData("{% for i in [1,2] %}{% block a scoped %}{{ loop.index }}{% endblock %}{% endfor %}", "12")]
    [InlineData("{% set j = 1 %}{% for i in [1] %}{% set j = 2 %}{% block a %}{{ j }}{% endblock %}{% endfor %}", "1")]
    [InlineData("{% set v=1 %}{% block a %}{% for i in [1] %}{{ v }}{% endfor %}{% endblock %}", "1")]
    [InlineData("{% block a %}{% block b %}in{% endblock %}out{% endblock %}{{ self.b() }}", "inoutin")]
    [InlineData("{% block a %}{{ super is defined }}{% endblock %}{{ self.none }}{{ self }}", "False<TemplateReference None>")]
    [InlineData("{% set ns = namespace(a=1) %}{% block a %}{% set ns.a = 2 %}{% endblock %}{{ ns.a }}", "2")]
    [InlineData("{% macro m() %}M{% endmacro %}{% block a %}{{ m() }}{% endblock %}", "M")]
    [InlineData("{% autoescape true %}{{ '<' }}{{ '<'|safe }}<{% endautoescape %}{{ '<' }}", "&lt;<<<")]
    [InlineData("{% autoescape true %}{% set x %}<{{ '<' }}{% endset %}{{ x }}{{ x ~ '>' }}{% endautoescape %}", "<&lt;<&lt;&gt;")]
    [InlineData("{% autoescape true %}{{ ['<'|safe, '>']|join('&') }}{% endautoescape %}", "<&amp;&gt;")]
    [InlineData("{% macro m() %}{{ '<' }}{% endmacro %}{% autoescape true %}{{ m() }}{% endautoescape %}", "<")]
    [InlineData("{{ {'class': 'a', 'id': none, 'y': '<'}|xmlattr }}", " class=\"a\" y=\"&lt;\"")]
    [InlineData("{{ 'abc'.translate('abc'.maketrans('ab', 'xy', 'c')) }}{{ '{a}'.format_map({'a': 1}) }}", "xy1")]
    public void Blocks_and_escaping_write_what_jinja2_writes(string source, string expected) => Assert.Equal(expected, Render(source).Text);

    [Theory]
    [InlineData("{% block a %}{% endblock %}{% block a %}{% endblock %}", "defined twice")]
    [InlineData("{% block a required %}x{% endblock %}", "whitespace")]
    [InlineData("{% block a required %}{% endblock %}", "Required block 'a'")]
    [InlineData("{% block a %}{{ super() }}{% endblock %}", "undefined")]
    [InlineData("{{ self.a() }}", "has no attribute 'a'")]
    [InlineData("\n{% include 'x' %}", ":2: the tag 'include'")]
    [InlineData("{% extends 'x' %}", "the tag 'extends'")]
    public void What_cannot_be_written_is_refused_by_name(string source, string message) =>
        Assert.Contains(message, Assert.Throws<TemplateException>(() => Render(source)).Message, StringComparison.Ordinal);

    /// <summary>A block and a printed sum give every character its origin, as anything else does.</summary>
    [Fact]
    public void Characters_of_blocks_know_where_they_came_from()
    {
        var rendered = Render("{% for m in messages %}{% block a scoped %}{{ '<' + m.content + ('>'|safe) }}{% endblock %}{% endfor %}");
        Assert.Equal("&lt;a&amp;b>", rendered.Text);
        Assert.Equal(rendered.Text.Length, rendered.Spans.Sum(s => s.Length));
        Assert.All(rendered.Spans, s => Assert.Equal(0, s.Owner));
        Assert.Equal([OriginKind.Literal, OriginKind.Data, OriginKind.Literal], rendered.Spans.Select(s => s.Origin.Kind).Aggregate(new List<OriginKind>(), (kinds, kind) => kinds.LastOrDefault((OriginKind)(-1)) == kind ? kinds : [.. kinds, kind]));
    }

    private static RenderedConversation Render(string source) => ChatTemplate.Parse(source).Render(new RenderRequest
    {
        Messages = [TrlSharp.Rows.RowValue.Parse("""{"role": "user", "content": "a&b"}""")],
    });
}

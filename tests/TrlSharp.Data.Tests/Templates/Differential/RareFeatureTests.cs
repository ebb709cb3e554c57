using TrlSharp.Rows;
using TrlSharp.Templates;

namespace TrlSharp.Data.Tests.Templates.Differential;

/// <summary>Links, pretty printing, bytes, views as sets, <c>dict.fromkeys</c>, escaping by a variable: as Jinja2, as it was and as it is here.</summary>
public sealed class RareFeatureTests
{
    private static readonly (string Program, string? Text)[] Programs = [.. RareFeatures.Programs, .. OddPrograms.All];

    private static readonly RowValue Context = RowValue.Parse("""
        {"messages": [{"role": "user", "content": "Hi <there> & you"},
          {"role": "assistant", "content": "A long answer that goes on and on, in 'quotes' and \"others\", to the end of the line and beyond."}]}
        """);

    [Fact]
    public void Rare_features_give_what_jinja2_gave()
    {
        foreach (var (program, text) in Programs)
        {
            var request = new RenderRequest { Messages = Context.Find("messages")!.Items, Now = new DateTime(2025, 7, 9, 13, 5, 7) };
            if (text is null)
            {
                Assert.Throws<TemplateException>(() => ChatTemplate.Parse(program).Render(request));
                continue;
            }

            var rendered = ChatTemplate.Parse(program).Render(request);
            Assert.True(text == rendered.Text, $"{program}\nexpected {text}\nactual   {rendered.Text}");
            Assert.Equal(text.Length, rendered.Spans.Sum(s => s.Length));
        }
    }

    [Fact]
    public void Rare_features_give_what_jinja2_gives()
    {
        PythonJinja.Request[] requests = [.. Programs.Select(p => new PythonJinja.Request(p.Program, 0))];
        foreach (var ((program, text), answer) in Programs.Zip(PythonJinja.Ask([Context], requests)))
            Assert.True(text == answer.Text, $"{program}\nexpected {text}\nJinja2   {answer.Text ?? answer.Error}");
    }

    [Theory]
    [InlineData("{{ [1, 2]|random }}", "the filter 'random'")]
    [InlineData("{{ lipsum() }}", "the function 'lipsum'")]
    [InlineData("{{ 'x'.encode('utf-16') }}", "the encoding 'utf-16'")]
    [InlineData("{{ 'x'.encode()[0:1] }}", "a slice of bytes")]
    [InlineData("{{ dict.nope }}", "dict.nope")]
    public void What_no_row_can_depend_on_is_refused_by_name(string program, string named)
    {
        var refused = Assert.Throws<TemplateException>(() => ChatTemplate.Parse(program).Render(new RenderRequest { Messages = [] }));
        Assert.Equal(TemplateFault.Unsupported, refused.Reason);
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_keeps_its_origin_through_links_bytes_and_forms()
    {
        var messages = RowValue.Parse("""[{"role": "user", "content": "see www.x.org now"}]""").Items;
        foreach (var program in (string[])["{{ messages[0].content|urlize }}", "{{ messages[0].content.encode().decode() }}", "{{ {'q': messages[0].content}|urlencode }}", "{{ messages[0].content|pprint }}"])
        {
            var rendered = ChatTemplate.Parse(program).Render(new RenderRequest { Messages = messages });
            var read = new bool[messages[0].Find("content")!.Text.Length];
            foreach (var span in rendered.Spans.Where(s => s.Origin is { Kind: OriginKind.Data, Path: "content" })) Array.Fill(read, true, span.SourceStart, span.SourceEnd - span.SourceStart);
            Assert.DoesNotContain(false, read);
        }
    }
}

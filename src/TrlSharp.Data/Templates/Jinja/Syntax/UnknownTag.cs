namespace TrlSharp.Templates.Jinja.Syntax;

/// <summary>Tags that are none of ours: those of Jinja2 that read another template, and those that are nobody's.</summary>
internal static class UnknownTag
{
    private static readonly string[] Known =
        ["if", "for", "set", "macro", "call", "filter", "with", "block", "autoescape", "generation", "break", "continue", "do", "print", "raw", "endif", "endfor", "else", "elif", "endmacro", "endset", "endblock"];

    public static TemplateException Fault(string name, int line)
    {
        if (name is "include" or "import" or "from" or "extends")
            return new(TemplateFault.Unsupported, line, $"the tag '{name}' reads another template, which a chat template has none of; put its text here");
        return new(TemplateFault.Syntax, line, NearestName.Find(name, Known) is { } near && near != name ? $"unknown tag '{name}'; did you mean '{near}'?" : $"unexpected tag '{name}'");
    }
}
